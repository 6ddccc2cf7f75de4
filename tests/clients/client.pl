# Perl's HTTP::Tiny, which comes with Perl.
use strict;
use warnings;
use HTTP::Tiny;

my ($url, $key, $folder) = @ARGV;
my $http = HTTP::Tiny->new;

sub post {
    my ($path, $file, %credential) = @_;
    open my $source, '<:raw', "$folder/$file" or die "$file: $!";
    my $body = do { local $/; <$source> };
    my $answer = $http->post("$url$path", { content => $body, headers => { 'Content-Type' => 'application/json', %credential } });
    print "$answer->{content}\n$answer->{status}\n";
}

post('/integrations/core/cases', 'aplyid.json', 'X-Workflow-Access-Key' => $key);
post('/integrations/core/cases', 'refused.json', 'X-Workflow-Access-Key' => $key);
post('/api/cases/', 'sphinxhq.json', Cookie => "sessionid=$key");
