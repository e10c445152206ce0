<?php

if (!defined('ABSPATH')) {
    exit;
}

// Igny8\Rest\Routes lives in includes/Rest/Routes.php.
spl_autoload_register(function (string $class): void {
    if (strpos($class, 'Igny8\\') !== 0) {
        return;
    }
    $file = __DIR__ . '/' . str_replace('\\', '/', substr($class, 6)) . '.php';
    if (is_file($file)) {
        require_once $file;
    }
});
