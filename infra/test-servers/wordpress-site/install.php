<?php

// Installs one site under PHP's command line and prints its JSON. Arguments: the site's
// www directory, its address, user, password, then plugin folder names.

[, $www, $url, $user, $password] = $argv;
$plugins = array_slice($argv, 5);
define('WP_INSTALLING', true);
require __DIR__ . '/address.php';
igny8_test_address($url);

function wp_new_blog_notification()
{
    // Pluggable: the core's own would send mail.
}

require $www . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

// Set before wp_install() so that it does not probe the permalinks over HTTP.
add_filter('pre_option_permalink_structure', fn() => '/%postname%/');
$made = wp_install('Test site', $user, 'admin@example.test', true, '', $password);
remove_all_filters('pre_option_permalink_structure');
update_option('permalink_structure', '/%postname%/');
update_option('siteurl', $url);
update_option('home', $url);
global $wp_rewrite, $table_prefix;
$wp_rewrite->init();
$wp_rewrite->flush_rules(false);
wp_set_current_user($made['user_id']);
[$secret] = WP_Application_Passwords::create_new_application_password($made['user_id'], ['name' => 'tests']);

foreach ($plugins as $folder) {
    $main = array_key_first(get_plugins('/' . $folder));
    $failed = $main === null ? new WP_Error('none', 'no plugin header') : activate_plugin("$folder/$main");
    if (is_wp_error($failed)) {
        fwrite(STDERR, "plugin $folder: " . $failed->get_error_message() . "\n");
        exit(1);
    }
}

echo json_encode([
    'url' => $url, 'rest' => $url . '/wp-json/', 'user' => $user, 'password' => $password,
    'app_password' => $secret, 'db_name' => DB_NAME, 'db_user' => DB_USER, 'db_password' => DB_PASSWORD,
    'db_host' => '127.0.0.1', 'db_port' => (int) getenv('DB_PORT'), 'db_socket' => getenv('DB_SOCKET'),
    'table_prefix' => $table_prefix, 'www' => rtrim($www, '/'),
    'wordpress' => get_bloginfo('version'), 'php' => PHP_VERSION,
], JSON_UNESCAPED_SLASHES), "\n";
