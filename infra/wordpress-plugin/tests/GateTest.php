<?php

namespace Igny8\Tests;

use PHPUnit\Framework\TestCase;

final class GateTest extends TestCase
{
    /** @var Site */
    private static $site;

    public static function setUpBeforeClass(): void
    {
        self::$site = Site::paired();
    }

    public function testWrongSecretIsRefused(): void
    {
        $other = clone self::$site;
        $other->secret = random_bytes(32);
        self::assertSame('401 igny8_bad_signature', $other->get('status')->outcome());
    }

    public function testUnsignedIsRefusedAndToldWhatIsMissing(): void
    {
        $request = self::$site->request('GET', 'status', '');
        unset($request['headers']['X-Igny8-Nonce']);
        $answer = self::$site->send($request);
        self::assertSame('401 igny8_headers_missing', $answer->outcome());
        self::assertSame(['X-Igny8-Nonce'], $answer->json['data']['missing']);
    }

    /**
     * @dataProvider spoilt
     */
    public function testWhatWasSignedCannotBeChanged(callable $spoil): void
    {
        $request = $spoil(self::$site->request('POST', 'lookup', json_encode(['external_id' => Site::uuid()])));
        self::assertSame('401 igny8_bad_signature', self::$site->send($request)->outcome());
    }

    /**
     * @return array<string, array<int, callable>>
     */
    public function spoilt(): array
    {
        return [
            'body' => [function (array $request): array {
                return ['body' => json_encode(['external_id' => Site::uuid()])] + $request;
            }],
            'route' => [function (array $request): array {
                return ['url' => str_replace('lookup', 'disconnect', $request['url'])] + $request;
            }],
            'time' => [function (array $request): array {
                $request['headers']['X-Igny8-Timestamp']++;
                return $request;
            }],
            'nonce' => [function (array $request): array {
                $request['headers']['X-Igny8-Nonce'] = str_repeat('n', 32);
                return $request;
            }],
            'meta added' => [function (array $request): array {
                $request['headers']['X-Igny8-Meta'] = 'e30';
                return $request;
            }],
            'method' => [function (array $request): array {
                $request['url'] = str_replace('lookup', 'status', $request['url']) . '?_method=GET';
                return $request;
            }],
        ];
    }

    /**
     * @dataProvider skews
     */
    public function testClockSkew(int $skew, string $outcome): void
    {
        $request = self::$site->request('GET', 'status', '', ['timestamp' => time() + $skew]);
        self::assertSame($outcome, self::$site->send($request)->outcome());
    }

    /**
     * @return array<int, array<int, int|string>>
     */
    public function skews(): array
    {
        // Some seconds off the limit of 300, so that a slow machine changes nothing.
        return [
            [-280, '200 ok'], [280, '200 ok'],
            [-301, '401 igny8_clock_skew'], [330, '401 igny8_clock_skew'],
        ];
    }

    public function testNonceCountsOnce(): void
    {
        $request = self::$site->request('GET', 'status', '');
        self::assertSame('200 ok', self::$site->send($request)->outcome());
        self::assertSame('401 igny8_replayed', self::$site->send($request)->outcome());
    }

    public function testParallelReplayPassesOnce(): void
    {
        $request = self::$site->request('GET', 'status', '');
        $outcomes = array_count_values(array_map(function (Answer $answer): string {
            return $answer->outcome();
        }, self::$site->sendAll(array_fill(0, 8, $request))));
        self::assertEquals(['200 ok' => 1, '401 igny8_replayed' => 7], $outcomes);
    }

    public function testRefusedRequestSpendsNoNonce(): void
    {
        $request = self::$site->request('GET', 'status', '');
        $spoilt = $request;
        $spoilt['headers']['X-Igny8-Signature'] = str_repeat('0', 64);
        self::$site->send($spoilt);
        self::assertSame('200 ok', self::$site->send($request)->outcome());
    }

    public function testOldNoncesAreForgotten(): void
    {
        self::$site->rows("INSERT INTO wp_igny8_nonce VALUES ('old-old-old-old-old', 1000)");
        self::$site->get('status');
        self::$site->evaluate('Igny8\\Gate::forgetOldNonces(time());');
        self::assertSame('0', self::$site->value('SELECT COUNT(*) FROM wp_igny8_nonce WHERE seen_at < 2000'));
        self::assertNotSame('0', self::$site->value('SELECT COUNT(*) FROM wp_igny8_nonce'));
    }

    public function testPlainPermalinksRouteIsSignedAlike(): void
    {
        $request = self::$site->request('GET', 'status', '');
        $request['url'] = self::$site->info['url'] . '/?rest_route=/igny8/v1/status';
        self::assertSame('200 ok', self::$site->send($request)->outcome());
    }

    public function testStatusTellsOfTheSite(): void
    {
        $status = self::$site->get('status');
        self::assertSame('200 ok', $status->outcome());
        self::assertSame('Acme & Söhne', $status->json['link']['tenant_name']);
        self::assertSame($GLOBALS['igny8_wordpress'], $status->json['site']['wordpress']);
        self::assertContains('image/webp', $status->json['limits']['image_types']);
        $checks = array_column($status->json['checks'], 'ok', 'name');
        self::assertFalse($checks['wp_cron']);
        self::assertTrue($checks['uploads_writable']);
        self::assertStringContainsStringIgnoringCase('cache-control: no-store', $status->headers);
    }

    public function testOtherOriginsMayNotRead(): void
    {
        foreach (['https://elsewhere.test' => false, 'http://app.test' => true] as $origin => $allowed) {
            $request = self::$site->request('GET', 'status', '');
            $request['headers']['Origin'] = $origin;
            $headers = strtolower(self::$site->send($request)->headers);
            self::assertSame($allowed, strpos($headers, 'access-control-allow-origin') !== false, $origin);
        }
    }
}
