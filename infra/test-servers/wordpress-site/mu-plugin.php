<?php

// In every test site, never in a user's.

// wp_safe_remote_get() refuses loopback addresses and most ports; the tests' own
// servers are on loopback, so let those through.
add_filter('http_request_host_is_external', function ($yes, $host) {
    return $yes || in_array($host, ['127.0.0.1', 'localhost'], true);
}, 10, 2);
add_filter('http_allowed_safe_ports', function ($ports, $host, $url) {
    $port = parse_url($url, PHP_URL_PORT);
    return $port && in_array($host, ['127.0.0.1', 'localhost'], true) ? [...$ports, $port] : $ports;
}, 10, 3);

// Mail is written down, not sent.
add_filter('pre_wp_mail', function ($sent, $mail) {
    file_put_contents(dirname(ABSPATH) . '/mail.jsonl', json_encode($mail) . "\n", FILE_APPEND);
    return true;
}, 10, 2);

// A site behaves as if an SEO plugin were active when a test says so.
$pretended = get_option('test_pretend_seo');
if (in_array($pretended, ['WPSEO_VERSION', 'RANK_MATH_VERSION', 'SEOPRESS_VERSION'], true)) {
    define($pretended, '99.0');
}

// A request pauses at a hook when its header says so: others then surely run beside it.
$slow = $_SERVER['HTTP_X_TEST_PAUSE_AT'] ?? '';
if ($slow !== '') {
    add_filter($slow, function ($value) {
        usleep(300000);
        return $value;
    });
}

// A request dies at a hook, as by a power cut, when its header says so.
$deadly = $_SERVER['HTTP_X_TEST_DIE_AT'] ?? '';
if ($deadly !== '') {
    add_filter($deadly, function ($value) {
        posix_kill(getmypid(), 9); // SIGKILL; its name is in pcntl, which FPM lacks
        return $value;
    }, PHP_INT_MAX);
}
