<?php
// Router of PHP's own server: two calls by libcurl, with a timeout, for each request.
// DOWN=port PHP_CLI_SERVER_WORKERS=8 php -S 127.0.0.1:PORT caller.php
$tag = explode('/', $_SERVER['REQUEST_URI'])[2];
foreach ([1, 2] as $number) {
    $curl = curl_init('http://127.0.0.1:' . getenv('DOWN') . "/call/$tag/$number");
    curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 10, CURLOPT_PROXY => '']);
    if (curl_exec($curl) !== "call $tag $number") {
        http_response_code(502);
    }
    curl_close($curl);
}
header('Content-Type: text/plain');
echo "front $tag";
