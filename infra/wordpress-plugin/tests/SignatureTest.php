<?php

namespace Igny8\Tests;

use Igny8\Encoding;
use Igny8\Signature;
use PHPUnit\Framework\TestCase;

/**
 * The vectors the Rust side computes as well. Needs no site.
 */
final class SignatureTest extends TestCase
{
    /**
     * @dataProvider vectors
     * @param array<string, mixed> $case
     */
    public function testVector(array $case): void
    {
        $text = Signature::text(
            $case['method'],
            $case['route'],
            $case['timestamp'],
            $case['nonce'],
            $case['body'],
            $case['meta']
        );
        self::assertSame($case['text'], $text);
        self::assertSame($case['signature'], Signature::sign(Encoding::fromBase64Url($case['secret']), $text));
    }

    /**
     * @return iterable<string, array<int, array<string, mixed>>>
     */
    public function vectors(): iterable
    {
        $file = json_decode((string) file_get_contents(__DIR__ . '/signing-vectors.json'), true);
        foreach ($file['cases'] as $case) {
            yield $case['name'] => [$case];
        }
    }

    public function testBase64UrlRefusesWhatItIsNot(): void
    {
        self::assertSame("\xfb\xff", Encoding::fromBase64Url('-_8'));
        self::assertSame('-_8', Encoding::toBase64Url("\xfb\xff"));
        self::assertNull(Encoding::fromBase64Url('+/8='));
    }

    public function testTimesAreReadInBothNotations(): void
    {
        self::assertSame('2026-11-22 08:00:01', Encoding::fromTime('2026-11-22T08:00:01Z'));
        self::assertSame('2026-11-22 08:00:01', Encoding::fromTime('2026-11-22 08:00:01'));
        self::assertNull(Encoding::fromTime('2026-02-30T08:00:01Z'));
        self::assertNull(Encoding::fromTime('2026-11-22T08:00:01+02:00'));
        self::assertNull(Encoding::toTime('0000-00-00 00:00:00'));
    }
}
