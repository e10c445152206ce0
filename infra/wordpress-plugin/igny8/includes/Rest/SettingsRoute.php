<?php

namespace Igny8\Rest;

use Igny8\Content\Fields;
use Igny8\Database;
use Igny8\Link;
use Igny8\Problem;
use Igny8\State;

/**
 * Settings in both directions: the app's defaults for this site come in, the site's
 * own writers and categories go out.
 */
final class SettingsRoute
{
    /** Of each list, as many as a form can show. */
    private const MAX_LISTED = 200;

    /**
     * @return array<string, mixed>
     */
    public static function sync(\WP_REST_Request $request): array
    {
        $fields = new Fields(Routes::json($request));
        $revision = (int) $fields->number('revision', 0);
        $epoch = $fields->number('epoch', 0);
        $settings = $fields->object('settings', 8192);
        $fields->finish();
        $values = $settings === null ? null : self::read($settings);
        $stored = Database::locked('settings', 5, function () use ($revision, $epoch, $values): array {
            Link::fence($epoch);
            $stored = State::read('settings') ?? ['revision' => 0, 'values' => []];
            if ($values !== null && $revision < $stored['revision']) {
                throw new Problem('stale_revision', 409, 'Newer settings are on the site.', [
                    'revision' => $stored['revision'],
                ]);
            }
            if ($values !== null) {
                $stored = ['revision' => $revision, 'values' => $values];
                State::write('settings', $stored);
            }
            return $stored;
        });
        Link::touch();
        return ['revision' => $stored['revision'], 'settings' => (object) $stored['values'], 'site' => self::site()];
    }

    /**
     * @param array<string, mixed> $settings
     * @return array<string, string>
     */
    private static function read(array $settings): array
    {
        $fields = new Fields($settings);
        $email = $fields->text('default_author_email', 254);
        if ($email !== '' && !is_email($email)) {
            $fields->refuse('default_author_email', 'must be an e-mail address');
        }
        $fields->finish();
        return ['default_author_email' => $email];
    }

    /**
     * @return array<string, mixed>
     */
    private static function site(): array
    {
        $writers = get_users(['capability' => 'edit_posts', 'number' => self::MAX_LISTED, 'orderby' => 'ID']);
        $categories = get_terms(['taxonomy' => 'category', 'hide_empty' => false, 'number' => self::MAX_LISTED]);
        return StatusRoute::site() + [
            'authors' => array_map(function (\WP_User $user): array {
                return ['id' => $user->ID, 'email' => $user->user_email, 'name' => $user->display_name];
            }, $writers),
            'categories' => array_map(function (\WP_Term $term): array {
                return [
                    'id' => $term->term_id,
                    'name' => wp_specialchars_decode($term->name, ENT_QUOTES),
                    'parent' => $term->parent,
                ];
            }, is_array($categories) ? $categories : []),
        ];
    }
}
