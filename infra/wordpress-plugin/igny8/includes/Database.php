<?php

namespace Igny8;

/**
 * The plugin's own tables, and named locks. WordPress has no unique keys on post
 * meta, and options and transients may sit in a cache: what must be exact is here.
 */
final class Database
{
    private const VERSION = 1;
    private const VERSION_OPTION = 'igny8_schema';
    private const TABLES = ['state', 'nonce', 'post', 'image', 'change'];

    public static function table(string $name): string
    {
        global $wpdb;
        return $wpdb->prefix . 'igny8_' . $name;
    }

    /** Also reached when the plugin's files were replaced without being activated anew. */
    public static function upgrade(): void
    {
        if ((int) get_option(self::VERSION_OPTION, 0) < self::VERSION) {
            self::install();
        }
    }

    public static function install(): void
    {
        global $wpdb;
        $id = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL';
        $hash = "CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''";
        $tables = [
            'state' => 'name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
                number BIGINT NOT NULL DEFAULT 0, body LONGTEXT NULL',
            'nonce' => 'nonce VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
                seen_at INT UNSIGNED NOT NULL, KEY seen_at (seen_at)',
            'post' => "id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, external_id $id,
                post_id BIGINT UNSIGNED NOT NULL DEFAULT 0, revision BIGINT NOT NULL DEFAULT 0,
                payload_hash $hash, result LONGTEXT NULL,
                UNIQUE KEY external_id (external_id), KEY post_id (post_id)",
            'image' => "id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, external_id $id,
                content_hash $hash, attachment_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
                UNIQUE KEY external_id (external_id), KEY content_hash (content_hash),
                KEY attachment_id (attachment_id)",
            'change' => "seq BIGINT UNSIGNED NOT NULL PRIMARY KEY, post_id BIGINT UNSIGNED NOT NULL,
                external_id $id, kind VARCHAR(16) CHARACTER SET ascii NOT NULL, changed_at INT UNSIGNED NOT NULL",
        ];
        foreach ($tables as $name => $columns) {
            $wpdb->query(
                'CREATE TABLE IF NOT EXISTS ' . self::table($name) . " ($columns) ENGINE=InnoDB "
                . $wpdb->get_charset_collate()
            );
        }
        update_option(self::VERSION_OPTION, self::VERSION);
    }

    public static function drop(): void
    {
        global $wpdb;
        foreach (self::TABLES as $name) {
            $wpdb->query('DROP TABLE IF EXISTS ' . self::table($name));
        }
        delete_option(self::VERSION_OPTION);
    }

    /**
     * Runs the work while no other request holds the same name. The database ends the
     * lock by itself when this request dies.
     *
     * @return mixed what the work returned
     */
    public static function locked(string $name, int $seconds, callable $work)
    {
        global $wpdb;
        // Lock names are per database server and hold 64 characters at most.
        $key = 'igny8:' . substr(hash('sha256', DB_NAME . ':' . $wpdb->prefix . ':' . $name), 0, 40);
        $got = $wpdb->get_var($wpdb->prepare('SELECT GET_LOCK(%s, %d)', $key, $seconds));
        if ((string) $got !== '1') {
            throw Problem::busy('this');
        }
        try {
            return $work();
        } finally {
            $wpdb->query($wpdb->prepare('SELECT RELEASE_LOCK(%s)', $key));
        }
    }

    /**
     * A statement whose failure must not pass unnoticed.
     *
     * @return int the rows it changed
     */
    public static function write(string $sql): int
    {
        global $wpdb;
        $rows = $wpdb->query($sql);
        if ($rows === false) {
            throw Problem::store();
        }
        return (int) $rows;
    }
}
