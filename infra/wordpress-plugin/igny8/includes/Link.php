<?php

namespace Igny8;

/**
 * The connection to one workspace: who is on the other side, and the secret both
 * sides share. A site has one link at most.
 */
final class Link
{
    private const NAME = 'link';

    /**
     * @return array{key_id: string, secret: string} the secret base64url-encoded; it is shown this once
     */
    public static function create(string $tenant, string $siteId, string $appUrl, int $userId): array
    {
        $secret = random_bytes(32);
        $keyId = 'wk_' . bin2hex(random_bytes(8));
        // A new workspace counts epochs and settings from its own beginning.
        State::remove('epoch');
        State::remove('settings');
        State::write(self::NAME, [
            'key_id' => $keyId,
            'sealed' => Vault::seal($secret),
            'tenant_name' => $tenant,
            'site_id' => $siteId,
            'app_url' => $appUrl,
            'user_id' => $userId,
            'paired_at' => time(),
        ]);
        return ['key_id' => $keyId, 'secret' => Encoding::toBase64Url($secret)];
    }

    /**
     * @return array<string, mixed>|null
     */
    public static function get(): ?array
    {
        return State::read(self::NAME);
    }

    public static function disconnect(): void
    {
        State::remove(self::NAME);
    }

    public static function touch(): void
    {
        State::raise('last_sync', time());
    }

    public static function lastSync(): int
    {
        return State::number('last_sync');
    }

    /**
     * Refuses a writer that has been replaced: its epoch is lower than one seen here.
     * To be called while the lock of what is written is held.
     */
    public static function fence(?int $epoch): void
    {
        if ($epoch === null) {
            return;
        }
        $highest = State::raise('epoch', $epoch);
        if ($highest > $epoch) {
            throw new Problem(
                'stale_epoch',
                409,
                'A newer owner of this link has written since. Stop, and load the link\'s state again.',
                ['epoch' => $highest]
            );
        }
    }
}
