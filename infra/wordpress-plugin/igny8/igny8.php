<?php

/**
 * Plugin Name:       IGNY8
 * Description:       Publishes articles from an IGNY8 workspace to this site, and reports back what became of them.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       igny8
 */

if (!defined('ABSPATH')) {
    exit;
}

define('IGNY8_VERSION', '0.1.0');

require_once __DIR__ . '/includes/autoload.php';

register_activation_hook(__FILE__, ['Igny8\\Database', 'install']);
Igny8\Plugin::boot(__FILE__);

/**
 * Makes a one-time pairing code and returns it: for command lines and tests. A person
 * uses the button under Settings > IGNY8.
 */
function igny8_create_pairing_code(): string
{
    return Igny8\Pairing::createCode(get_current_user_id());
}
