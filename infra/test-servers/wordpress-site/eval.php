<?php

// Runs code inside a site. Arguments: the site's www directory, its address, the code.

[, $www, $url, $code] = $argv;
require __DIR__ . '/address.php';
igny8_test_address($url);
require $www . '/wp-load.php';
eval($code);
