<?php
// PHP's curl extension; one handle keeps the connection.

[, $url, $key, $folder] = $argv;
$curl = curl_init();

function post(string $url, string $file, string $credential): void
{
    global $curl;
    curl_setopt_array($curl, [
        CURLOPT_URL => $url,
        CURLOPT_POSTFIELDS => file_get_contents($file),
        CURLOPT_HTTPHEADER => ['Content-Type: application/json', $credential],
        CURLOPT_RETURNTRANSFER => true,
    ]);
    echo curl_exec($curl), "\n", curl_getinfo($curl, CURLINFO_RESPONSE_CODE), "\n";
}

post("$url/integrations/core/cases", "$folder/aplyid.json", "X-Workflow-Access-Key: $key");
post("$url/integrations/core/cases", "$folder/refused.json", "X-Workflow-Access-Key: $key");
post("$url/api/cases/", "$folder/sphinxhq.json", "Cookie: sessionid=$key");
