<?php

namespace Igny8;

/**
 * Named values of the plugin (the link, the pairing code, settings, the epoch), read
 * from the table each time: an option would go through caches that may be stale.
 */
final class State
{
    /**
     * @return array<string, mixed>|null
     */
    public static function read(string $name): ?array
    {
        global $wpdb;
        $table = Database::table('state');
        $body = $wpdb->get_var($wpdb->prepare("SELECT body FROM $table WHERE name = %s", $name));
        $value = $body === null ? null : json_decode($body, true);
        return is_array($value) ? $value : null;
    }

    /**
     * @param array<string, mixed> $value
     */
    public static function write(string $name, array $value): void
    {
        global $wpdb;
        $table = Database::table('state');
        Database::write($wpdb->prepare(
            "INSERT INTO $table (name, body) VALUES (%s, %s) ON DUPLICATE KEY UPDATE body = VALUES(body)",
            $name,
            wp_json_encode($value)
        ));
    }

    public static function remove(string $name): void
    {
        global $wpdb;
        $table = Database::table('state');
        Database::write($wpdb->prepare("DELETE FROM $table WHERE name = %s", $name));
    }

    public static function number(string $name): int
    {
        global $wpdb;
        $table = Database::table('state');
        return (int) $wpdb->get_var($wpdb->prepare("SELECT number FROM $table WHERE name = %s", $name));
    }

    /** Raises the number to at least this value, in one statement, and returns what it is then. */
    public static function raise(string $name, int $number): int
    {
        global $wpdb;
        $table = Database::table('state');
        Database::write($wpdb->prepare(
            "INSERT INTO $table (name, number) VALUES (%s, %d)
             ON DUPLICATE KEY UPDATE number = GREATEST(number, VALUES(number))",
            $name,
            $number
        ));
        return self::number($name);
    }
}
