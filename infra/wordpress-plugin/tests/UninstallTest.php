<?php

namespace Igny8\Tests;

use PHPUnit\Framework\TestCase;

/**
 * The admin page and the end of the plugin. Runs last: phpunit.xml lists it so.
 */
final class UninstallTest extends TestCase
{
    public function testAdminPageShowsCodeAndLink(): void
    {
        $site = Site::unpaired();
        $render = "require_once ABSPATH . 'wp-admin/includes/template.php'; wp_set_current_user(1);";
        $pressed = "\$_POST = ['igny8_do' => 'code']; \$_REQUEST['_wpnonce'] = wp_create_nonce('igny8_settings');";
        $page = $site->evaluate($render . $pressed . 'Igny8\\SettingsPage::render();');
        self::assertMatchesRegularExpression('/<code[^>]*>([2-9A-Z]{5})-([2-9A-Z]{5})</', $page);
        preg_match('/<code[^>]*>([^<]+)</', $page, $found);
        self::assertSame('200 ok', $site->pair($found[1])->outcome());
        $page = $site->evaluate($render . 'Igny8\\SettingsPage::render();');
        self::assertStringContainsString('Acme &amp; Söhne', $page);
        self::assertStringContainsString($site->keyId, $page);
        $asEditor = str_replace('wp_set_current_user(1)', 'wp_set_current_user(0)', $render);
        self::assertSame('', $site->evaluate($asEditor . 'Igny8\\SettingsPage::render();'));
    }

    public function testUninstallLeavesThePostsAndNothingElse(): void
    {
        $site = Site::paired();
        $post = $site->post('import-content', Site::article(['seo' => ['title' => 'T'], 'provenance' => ['a' => 1]]));
        self::assertSame('200 ok', $post->outcome());
        $posts = $site->value("SELECT COUNT(*) FROM wp_posts");
        $site->evaluate("require_once ABSPATH . 'wp-admin/includes/plugin.php';
            deactivate_plugins('igny8/igny8.php'); uninstall_plugin('igny8/igny8.php');");
        self::assertSame([], $site->rows("SHOW TABLES LIKE '%igny8%'"));
        self::assertSame('0', $site->value("SELECT COUNT(*) FROM wp_options WHERE option_name LIKE '%igny8%'
            AND option_name NOT IN ('uninstall_plugins', 'recently_activated')"));
        self::assertSame('0', $site->value("SELECT COUNT(*) FROM wp_postmeta WHERE meta_key LIKE '%igny8%'"));
        self::assertSame('0', $site->value("SELECT COUNT(*) FROM wp_usermeta WHERE meta_key LIKE '%igny8%'"));
        self::assertSame($posts, $site->value("SELECT COUNT(*) FROM wp_posts"));
        self::assertStringContainsString('Apples ripen', $site->page($post->json['permalink']));
    }
}
