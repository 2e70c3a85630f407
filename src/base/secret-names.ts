/** Names without dashes, underscores, dots and capitals. */
const SECRET_NAMES = new Set(
  `auth awsaccesskeyid bearer cardnumber cvc cvv dsn hmac key login nonce otp pass pin pwd
  samlrequest samlresponse sas sid sig ssn ticket totp xauth`.split(/\s+/),
)

/** Part of a name is enough. */
const SECRET_PART =
  /password|passwd|passphrase|secret|token|apikey|accesskey|privatekey|subscriptionkey|functionskey|signature|credential|authorization|authentication|session|cookie|csrf|xsrf|jwt|clientcert|assertion|connectionstring/

/** Names that count tokens, or say where a secret is kept. */
const HARMLESS =
  /^(?:max|min|num|total|page|next|sync|continuation).*tokens?$|(?:file|path|dir|name|type|ttl)$/

/** Whether the value of whatever has this name is to be hidden: parameter, header, field, option. */
export function isSecretName(name: string): boolean {
  const bare = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  if (SECRET_NAMES.has(bare)) return true
  return SECRET_PART.test(bare) && !HARMLESS.test(bare)
}
