<?php

namespace Igny8\Content;

use Igny8\Database;
use Igny8\Problem;

/**
 * Categories and tags by name, made if they are not there, or by number.
 */
final class Terms
{
    /** Seconds to wait for others that make terms; WordPress itself lets twins through. */
    private const PATIENCE = 10;

    /**
     * @param array<int, string|int> $terms
     * @return array<int, int>
     */
    public static function ids(array $terms, string $taxonomy): array
    {
        if ($terms === []) {
            return [];
        }
        return Database::locked('terms', self::PATIENCE, function () use ($terms, $taxonomy): array {
            $ids = [];
            foreach ($terms as $term) {
                $ids[] = is_int($term) ? self::known($term, $taxonomy) : self::named(trim($term), $taxonomy);
            }
            return array_values(array_unique($ids));
        });
    }

    private static function known(int $id, string $taxonomy): int
    {
        if (!get_term($id, $taxonomy) instanceof \WP_Term) {
            throw new Problem('no_such_term', 422, "The site has no $taxonomy with number $id.");
        }
        return $id;
    }

    private static function named(string $name, string $taxonomy): int
    {
        $slashed = wp_slash($name);
        $there = term_exists($slashed, $taxonomy);
        $made = is_array($there) ? $there : wp_insert_term($slashed, $taxonomy);
        if (is_wp_error($made)) {
            // Somebody else made it in between.
            $id = (int) $made->get_error_data('term_exists');
            if ($id > 0) {
                return $id;
            }
            throw new Problem('term_refused', 422, "WordPress refused a $taxonomy: " . $made->get_error_message());
        }
        return (int) $made['term_id'];
    }
}
