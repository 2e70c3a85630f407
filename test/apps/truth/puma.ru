# Threads of puma behind its reactor: /order/TAG makes two calls, each thread on a connection of its own.
require 'net/http'

DOWN = Integer(ENV.fetch('DOWN'))

def call(path)
  http = Thread.current[:down]
  unless http
    http = Net::HTTP.new('127.0.0.1', DOWN)
    http.keep_alive_timeout = 60
    Thread.current[:down] = http.start
  end
  http.get(path).body
end

run(lambda do |env|
  habit, tag = env['PATH_INFO'].split('/')[1, 2]
  [1, 2].each { |number| call("/call/#{tag}/#{number}") }
  [200, { 'content-type' => 'text/plain' }, ["#{habit} #{tag}"]]
end)
