<?php

// Runs outside of WordPress: only the plugin's pure classes may be used from here.

define('ABSPATH', __DIR__ . '/');
require dirname(__DIR__) . '/igny8/includes/autoload.php';
require __DIR__ . '/Answer.php';
require __DIR__ . '/Site.php';

$GLOBALS['igny8_wordpress'] = Igny8\Tests\Site::unpaired()->info['wordpress'];
