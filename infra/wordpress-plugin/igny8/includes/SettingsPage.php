<?php

namespace Igny8;

/**
 * Settings > IGNY8: the pairing code, the state of the link, and the way out of it.
 */
final class SettingsPage
{
    private const SLUG = 'igny8';
    private const ACTION = 'igny8_settings';

    public static function register(string $file): void
    {
        add_action('admin_menu', function (): void {
            add_options_page('IGNY8', 'IGNY8', 'manage_options', self::SLUG, [self::class, 'render']);
        });
        add_filter('plugin_action_links_' . plugin_basename($file), function (array $links): array {
            $url = admin_url('options-general.php?page=' . self::SLUG);
            return array_merge(
                ['<a href="' . esc_url($url) . '">' . esc_html__('Settings', 'igny8') . '</a>'],
                $links
            );
        });
    }

    public static function render(): void
    {
        if (!current_user_can('manage_options')) {
            return;
        }
        echo '<div class="wrap"><h1>IGNY8</h1>';
        $code = self::act();
        if ($code !== null) {
            self::showCode($code);
        }
        $link = Link::get();
        if ($link === null) {
            self::showUnpaired();
        } else {
            self::showLink($link);
        }
        echo '</div>';
    }

    /** Does what a button asked for; a new code comes back, to be shown this once. */
    private static function act(): ?string
    {
        $button = isset($_POST['igny8_do']) ? sanitize_key(wp_unslash($_POST['igny8_do'])) : '';
        if ($button === '') {
            return null;
        }
        check_admin_referer(self::ACTION);
        if ($button === 'disconnect') {
            Link::disconnect();
            return null;
        }
        return $button === 'code' ? Pairing::createCode(get_current_user_id()) : null;
    }

    private static function showCode(string $code): void
    {
        $shown = substr($code, 0, 5) . '-' . substr($code, 5);
        echo '<div class="notice notice-info"><p>'
            . esc_html__('Enter this code in the app within 15 minutes. It works once.', 'igny8')
            . '</p><p><code style="font-size:2em">' . esc_html($shown) . '</code></p></div>';
    }

    private static function showUnpaired(): void
    {
        echo '<p>' . esc_html__('This site is not connected to a workspace.', 'igny8') . '</p><p>'
            . esc_html__('A connected workspace can create and change posts and images on this site, and '
                . 'learns the names and e-mail addresses of its authors.', 'igny8') . '</p>';
        self::button('code', __('Show a pairing code', 'igny8'), 'primary');
    }

    /**
     * @param array<string, mixed> $link
     */
    private static function showLink(array $link): void
    {
        $rows = [
            __('Workspace', 'igny8') => (string) $link['tenant_name'],
            __('App', 'igny8') => (string) $link['app_url'],
            __('Connected', 'igny8') => self::time((int) $link['paired_at']),
            __('Last exchange', 'igny8') => self::time(Link::lastSync()),
            __('Key', 'igny8') => (string) $link['key_id'],
        ];
        echo '<p>' . esc_html__('This site is connected.', 'igny8') . '</p><table class="form-table">';
        foreach ($rows as $label => $value) {
            echo '<tr><th scope="row">' . esc_html($label) . '</th><td>'
                . esc_html($value === '' ? '–' : $value) . '</td></tr>';
        }
        echo '</table>';
        if (Vault::open((string) $link['sealed']) === null) {
            echo '<div class="notice notice-error inline"><p>' . esc_html__('The site\'s salts have changed, so '
                . 'the stored secret cannot be read. Connect the site again.', 'igny8') . '</p></div>';
        }
        self::button('code', __('Connect again with a new code', 'igny8'), 'secondary');
        self::button('disconnect', __('Disconnect', 'igny8'), 'delete');
    }

    private static function time(int $unix): string
    {
        return $unix === 0 ? '' : (string) wp_date('Y-m-d H:i T', $unix);
    }

    private static function button(string $do, string $label, string $kind): void
    {
        echo '<form method="post">';
        wp_nonce_field(self::ACTION);
        echo '<input type="hidden" name="igny8_do" value="' . esc_attr($do) . '" />';
        submit_button($label, $kind);
        echo '</form>';
    }
}
