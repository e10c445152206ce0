<?php

// Makes PHP's command line look like a request to the site's address.

function igny8_test_address(string $url): void
{
    $parts = parse_url($url);
    $_SERVER = [
        'HTTP_HOST' => $parts['host'] . ':' . $parts['port'], 'REQUEST_METHOD' => 'GET',
        'REQUEST_URI' => '/', 'SERVER_NAME' => $parts['host'], 'SERVER_PROTOCOL' => 'HTTP/1.1',
    ] + $_SERVER;
    if ($parts['scheme'] === 'https') {
        $_SERVER['HTTPS'] = 'on';
    }
}
