<?php

namespace Igny8;

use Igny8\Content\Changes;
use Igny8\Content\SeoMeta;
use Igny8\Rest\Routes;

/**
 * Hangs the plugin's parts on WordPress's hooks. Holds no logic of its own.
 */
final class Plugin
{
    public static function boot(string $file): void
    {
        add_action('plugins_loaded', [Database::class, 'upgrade']);
        add_action('rest_api_init', [Routes::class, 'register']);
        add_filter('rest_post_dispatch', [Routes::class, 'finish'], 20, 3);
        add_filter('rest_pre_serve_request', [Routes::class, 'limitOrigins'], 20, 4);
        Changes::listen();
        SeoMeta::printOwn();
        if (is_admin()) {
            SettingsPage::register($file);
        }
    }
}
