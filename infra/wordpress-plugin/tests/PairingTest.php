<?php

namespace Igny8\Tests;

use PHPUnit\Framework\TestCase;

final class PairingTest extends TestCase
{
    public function testCodePairsOnceAndTellsOfTheSite(): void
    {
        $site = Site::unpaired();
        $code = $site->code();
        self::assertMatchesRegularExpression('/^[2-9A-HJKMNP-Z]{10}$/', $code);
        $answer = $site->pair($code);
        self::assertSame('200 ok', $answer->outcome());
        self::assertSame(32, strlen($site->secret));
        self::assertSame('Test site', $answer->json['site']['name']);
        self::assertSame($site->info['url'], $answer->json['site']['url']);
        self::assertSame('none', $answer->json['site']['seo_plugin']);
        self::assertSame('200 ok', $site->get('status')->outcome());
        self::assertSame('403 igny8_code_used', $site->pair($code)->outcome());
        self::assertSame('200 ok', $site->get('status')->outcome(), 'a used code changes nothing');
    }

    public function testCodeIsReadAsPeopleTypeIt(): void
    {
        $site = Site::unpaired();
        $code = strtolower($site->code());
        self::assertSame('200 ok', $site->pair(' ' . substr($code, 0, 5) . '-' . substr($code, 5))->outcome());
    }

    public function testParallelUseOfOneCodePairsOnce(): void
    {
        $site = Site::unpaired();
        $body = json_encode(['code' => $site->code(), 'tenant_name' => 'A', 'site_id' => 's']);
        $answers = $site->sendAll(array_fill(0, 6, $site->request('POST', 'pair', $body, [], false)));
        $outcomes = array_count_values(array_map(function (Answer $answer): string {
            return $answer->outcome();
        }, $answers));
        self::assertEquals(['200 ok' => 1, '403 igny8_code_used' => 5], $outcomes);
    }

    public function testFiveWrongTriesEndTheCode(): void
    {
        $site = Site::unpaired();
        $code = $site->code();
        for ($try = 4; $try >= 0; $try--) {
            $answer = $site->pair('2222222222');
            self::assertSame('403 igny8_code_wrong', $answer->outcome());
            self::assertSame($try, $answer->json['data']['tries_left']);
        }
        self::assertSame('403 igny8_code_locked', $site->pair($code)->outcome());
        self::assertSame('200 ok', $site->pair($site->code())->outcome());
    }

    public function testCodeExpires(): void
    {
        $site = Site::unpaired();
        $code = $site->code();
        $site->rows("UPDATE wp_igny8_state SET body = JSON_SET(body, '$.expires_at', UNIX_TIMESTAMP() - 1)
            WHERE name = 'pairing'");
        self::assertSame('403 igny8_code_expired', $site->pair($code)->outcome());
    }

    public function testNeitherCodeNorSecretIsStoredReadably(): void
    {
        $site = Site::unpaired();
        $code = $site->code();
        $stored = $site->value("SELECT body FROM wp_igny8_state WHERE name = 'pairing'");
        self::assertStringNotContainsString($code, $stored);
        $site->pair($code);
        $link = $site->value("SELECT body FROM wp_igny8_state WHERE name = 'link'");
        self::assertStringNotContainsString(substr(base64_encode($site->secret), 0, 40), $link);
        self::assertStringNotContainsString(bin2hex($site->secret), $link);
    }

    public function testMissingFieldsDoNotSpendTheCode(): void
    {
        $site = Site::unpaired();
        $code = $site->code();
        $answer = $site->send($site->request('POST', 'pair', json_encode(['code' => $code]), [], false));
        self::assertSame('422 igny8_invalid', $answer->outcome());
        self::assertSame(['tenant_name', 'site_id'], array_keys($answer->json['data']['fields']));
        self::assertSame('200 ok', $site->pair($code)->outcome());
    }

    public function testPairingAnewEndsTheOldKey(): void
    {
        $old = Site::paired();
        $new = Site::paired();
        self::assertSame('401 igny8_unknown_key', $old->get('status')->outcome());
        self::assertSame('200 ok', $new->get('status')->outcome());
    }

    public function testDisconnectEndsTheLink(): void
    {
        $site = Site::paired();
        self::assertSame(['disconnected' => true], $site->post('disconnect', [])->json);
        self::assertSame('401 igny8_not_paired', $site->get('status')->outcome());
    }

    public function testChangedSaltsAreNamed(): void
    {
        $site = Site::paired();
        $site->rows("UPDATE wp_igny8_state SET body = JSON_SET(body, '$.sealed',
            CONCAT('v1:', REPEAT('abcd', 24))) WHERE name = 'link'");
        self::assertSame('401 igny8_secret_unreadable', $site->get('status')->outcome());
    }
}
