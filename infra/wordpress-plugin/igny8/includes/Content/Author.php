<?php

namespace Igny8\Content;

use Igny8\Link;
use Igny8\State;

/**
 * Whose name a post bears: the user with the e-mail address asked for, else the one
 * of the settings, else whoever paired the site. Only users who may write posts.
 */
final class Author
{
    /**
     * @return array{id: int, matched: bool}
     */
    public static function choose(?string $email, ?\WP_Post $post): array
    {
        $asked = $email === null ? 0 : self::writer(get_user_by('email', $email));
        if ($asked > 0) {
            return ['id' => $asked, 'matched' => true];
        }
        if ($post !== null) {
            return ['id' => (int) $post->post_author, 'matched' => false];
        }
        $settings = State::read('settings')['values'] ?? [];
        $default = $settings['default_author_email'] ?? '';
        $candidates = [
            $default === '' ? false : get_user_by('email', $default),
            get_user_by('id', (int) (Link::get()['user_id'] ?? 0)),
        ];
        foreach ($candidates as $user) {
            if (self::writer($user) > 0) {
                return ['id' => self::writer($user), 'matched' => false];
            }
        }
        $administrators = get_users(['role' => 'administrator', 'number' => 1, 'orderby' => 'ID', 'fields' => 'ID']);
        return ['id' => (int) ($administrators[0] ?? 0), 'matched' => false];
    }

    /**
     * @param \WP_User|false $user
     */
    private static function writer($user): int
    {
        return $user instanceof \WP_User && $user->has_cap('edit_posts') ? $user->ID : 0;
    }
}
