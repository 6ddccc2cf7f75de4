<?php
// PHP's built-in server calls this for every request; it says itself where it listens.

$folder = getenv('FOLDER');
$name = basename($_SERVER['REQUEST_URI']);
$body = file_get_contents('php://input');
file_put_contents("$folder/$name.body", $body);
$told = ['event' => $_SERVER['HTTP_X_WORKFLOW_EVENT_TYPE'] ?? null, 'read' => json_decode($body, flags: JSON_THROW_ON_ERROR)];
file_put_contents("$folder/$name.json", json_encode($told, JSON_THROW_ON_ERROR));
http_response_code(202);
