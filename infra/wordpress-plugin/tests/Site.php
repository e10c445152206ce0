<?php

namespace Igny8\Tests;

/**
 * A client of one test site: speaks the contract over HTTP as the app does, and can
 * run code inside the site. Knows nothing of the plugin's classes but by eval().
 */
final class Site
{
    /** @var array<string, mixed> */
    public $info;
    /** @var string */
    public $keyId = '';
    /** @var string */
    public $secret = '';

    /**
     * @param array<string, mixed> $info
     */
    private function __construct(array $info)
    {
        $this->info = $info;
    }

    public static function unpaired(): self
    {
        $sites = json_decode((string) file_get_contents((string) getenv('IGNY8_TEST_WORDPRESS')), true);
        return new self($sites[0]);
    }

    public static function paired(): self
    {
        $site = self::unpaired();
        $answer = $site->pair($site->code());
        if ($answer->status !== 200) {
            throw new \RuntimeException('pairing failed: ' . $answer->raw);
        }
        return $site;
    }

    public function code(): string
    {
        return $this->evaluate('echo igny8_create_pairing_code();');
    }

    public function pair(string $code): Answer
    {
        $answer = $this->send($this->request('POST', 'pair', json_encode([
            'code' => $code, 'tenant_name' => 'Acme & Söhne', 'site_id' => 'site-1', 'app_url' => 'http://app.test',
        ]), [], false));
        if ($answer->status === 200) {
            $this->keyId = $answer->json['key_id'];
            $this->secret = base64_decode(strtr($answer->json['secret'], '-_', '+/'));
        }
        return $answer;
    }

    public function get(string $route, string $query = ''): Answer
    {
        return $this->send($this->request('GET', $route, '', ['query' => $query]));
    }

    /**
     * @param array<string, mixed> $body
     */
    public function post(string $route, array $body): Answer
    {
        return $this->send($this->request('POST', $route, json_encode((object) $body)));
    }

    /**
     * @param array<string, mixed> $meta
     */
    public function upload(string $bytes, string $type, array $meta): Answer
    {
        return $this->send($this->uploadRequest($bytes, $type, $meta));
    }

    /**
     * @param array<string, mixed> $meta
     * @return array<string, mixed>
     */
    public function uploadRequest(string $bytes, string $type, array $meta): array
    {
        $header = rtrim(strtr(base64_encode(json_encode((object) $meta)), '+/', '-_'), '=');
        return $this->request('POST', 'upload-image', $bytes, ['meta' => $header, 'type' => $type]);
    }

    /**
     * A request ready to be sent, or to be spoilt first. Of $with: timestamp, nonce,
     * meta, type, query.
     *
     * @param array<string, mixed> $with
     * @return array<string, mixed>
     */
    public function request(string $method, string $route, string $body, array $with = [], bool $signed = true): array
    {
        $headers = ['Content-Type' => $with['type'] ?? 'application/json'];
        if (isset($with['meta'])) {
            $headers['X-Igny8-Meta'] = $with['meta'];
        }
        if ($signed) {
            $time = (string) ($with['timestamp'] ?? time());
            $nonce = $with['nonce'] ?? bin2hex(random_bytes(16));
            $lines = [$method, "/igny8/v1/$route", $time, $nonce, hash('sha256', $body)];
            if (isset($with['meta'])) {
                $lines[] = $with['meta'];
            }
            $headers += [
                'X-Igny8-Key' => $this->keyId, 'X-Igny8-Timestamp' => $time, 'X-Igny8-Nonce' => $nonce,
                'X-Igny8-Signature' => hash_hmac('sha256', implode("\n", $lines), $this->secret),
            ];
        }
        $url = $this->info['rest'] . 'igny8/v1/' . $route . ($with['query'] ?? '');
        return ['method' => $method, 'url' => $url, 'headers' => $headers, 'body' => $body];
    }

    /**
     * @param array<string, mixed> $request
     */
    public function send(array $request): Answer
    {
        return $this->sendAll([$request])[0];
    }

    /**
     * At the same time.
     *
     * @param array<int, array<string, mixed>> $requests
     * @return array<int, Answer>
     */
    public function sendAll(array $requests): array
    {
        $multi = curl_multi_init();
        $handles = array_map(function (array $request) use ($multi) {
            $handle = curl_init($request['url']);
            $headers = [];
            foreach ($request['headers'] as $name => $value) {
                $headers[] = "$name: $value";
            }
            curl_setopt_array($handle, [
                CURLOPT_CUSTOMREQUEST => $request['method'], CURLOPT_HTTPHEADER => $headers,
                CURLOPT_RETURNTRANSFER => true, CURLOPT_HEADER => true, CURLOPT_TIMEOUT => 90,
            ] + ($request['method'] === 'GET' ? [] : [CURLOPT_POSTFIELDS => $request['body']]));
            curl_multi_add_handle($multi, $handle);
            return $handle;
        }, $requests);
        do {
            curl_multi_exec($multi, $running);
            curl_multi_select($multi, 1.0);
        } while ($running > 0);
        return array_map(function ($handle): Answer {
            $size = curl_getinfo($handle, CURLINFO_HEADER_SIZE);
            $all = (string) curl_multi_getcontent($handle);
            $status = curl_getinfo($handle, CURLINFO_RESPONSE_CODE);
            return new Answer($status, substr($all, 0, $size), substr($all, $size));
        }, $handles);
    }

    public function page(string $url): string
    {
        return (string) file_get_contents($url);
    }

    /** Runs PHP inside the site and returns what it printed. */
    public function evaluate(string $code): string
    {
        return $this->evaluateAll([$code])[0];
    }

    /**
     * At the same time, each in a process of its own.
     *
     * @param array<int, string> $codes
     * @return array<int, string>
     */
    public function evaluateAll(array $codes): array
    {
        $script = dirname(__DIR__, 2) . '/test-servers/wordpress-site/eval.php';
        $command = [PHP_BINARY, '-d', 'memory_limit=256M', '-d', 'display_errors=stderr', '-d', 'error_log=/dev/stderr',
            $script, $this->info['www'] . '/', $this->info['url']];
        $runs = array_map(function (string $code) use ($command): array {
            $process = proc_open(array_merge($command, [$code]), [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
            return [$code, $process, $pipes];
        }, $codes);
        return array_map(function (array $run): string {
            [$code, $process, $pipes] = $run;
            $out = stream_get_contents($pipes[1]);
            $err = stream_get_contents($pipes[2]);
            if (proc_close($process) !== 0) {
                throw new \RuntimeException("$code: $out $err");
            }
            return $out;
        }, $runs);
    }

    /**
     * @return array<int, array<string, string|null>>
     */
    public function rows(string $sql): array
    {
        static $database = null;
        if ($database === null) {
            $dsn = "mysql:unix_socket={$this->info['db_socket']};dbname={$this->info['db_name']};charset=utf8mb4";
            $database = new \PDO($dsn, $this->info['db_user'], $this->info['db_password']);
            $database->setAttribute(\PDO::ATTR_ERRMODE, \PDO::ERRMODE_EXCEPTION);
            $database->setAttribute(\PDO::ATTR_STRINGIFY_FETCHES, true);
        }
        $done = $database->query($sql);
        return $done->columnCount() > 0 ? $done->fetchAll(\PDO::FETCH_ASSOC) : [];
    }

    public function value(string $sql): ?string
    {
        $rows = $this->rows($sql);
        return $rows === [] ? null : reset($rows[0]);
    }

    public static function uuid(): string
    {
        $hex = bin2hex(random_bytes(16));
        return preg_replace('/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/', '$1-$2-4$3-8$4-$5', $hex);
    }

    /**
     * @param array<string, mixed> $with
     * @return array<string, mixed>
     */
    public static function article(array $with = []): array
    {
        return $with + [
            'external_id' => self::uuid(), 'revision' => 1, 'title' => 'Autumn apples', 'status' => 'publish',
            'content' => "<!-- wp:paragraph -->\n<p>Apples ripen in autumn.</p>\n<!-- /wp:paragraph -->",
        ];
    }
}
