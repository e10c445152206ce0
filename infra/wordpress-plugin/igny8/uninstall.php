<?php

// Removes the plugin's tables, options and meta from every blog. The posts and images
// stay: they are the site's.

if (!defined('WP_UNINSTALL_PLUGIN')) {
    exit;
}

require_once __DIR__ . '/includes/autoload.php';

(function (): void {
    $clean = function (): void {
        global $wpdb;
        Igny8\Database::drop();
        // Through the API, so that object caches forget it too. Meta under the names of SEO
        // plugins is theirs.
        $keys = $wpdb->get_col("SELECT DISTINCT meta_key FROM $wpdb->postmeta WHERE meta_key LIKE '\\_igny8\\_%'");
        foreach ($keys as $key) {
            delete_post_meta_by_key($key);
        }
    };
    if (!is_multisite()) {
        $clean();
        return;
    }
    foreach (get_sites(['fields' => 'ids', 'number' => 0]) as $blog) {
        switch_to_blog((int) $blog);
        $clean();
        restore_current_blog();
    }
})();
