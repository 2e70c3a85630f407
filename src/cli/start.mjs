// `npm start`: prepares what is missing, then is the agent. Runs before anything is installed, on
// whatever Node there is: this file keeps to the syntax of Node 12.
const wanted = [20, 19]
const found = process.versions.node.split('.').map(Number)

if (found[0] > wanted[0] || (found[0] === wanted[0] && found[1] >= wanted[1])) {
  import('./prepare.mjs')
    .then((steps) => steps.startAgent(process.argv.slice(2)))
    .catch(reportFailure)
} else {
  process.stderr.write(
    `underspan: this is Node ${process.versions.node}, but ${wanted.join('.')} or newer is needed.\n` +
      'What to do: install it from https://nodejs.org or your distribution, then run `npm start` again.\n',
  )
  process.exitCode = 2
}

function reportFailure(error) {
  const remedy = error && error.remedy
  process.stderr.write(`underspan: ${remedy ? error.message : (error && error.stack) || error}\n`)
  if (remedy) process.stderr.write(`What to do: ${remedy}\n`)
  process.exitCode = remedy ? 2 : 1
}
