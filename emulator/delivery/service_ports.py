"""Ports of services that speak no HTTP or take no webhooks: a request there reaches a mail server or a database.

Not among them are 1 and 9, by which one names a port on which nothing listens, and those from 32768 on, which are given
out to any program.
"""

from collections.abc import Mapping

_PORTS: Mapping[str, str] = {
    "an old service of the internet": "7 11 13 15 17 19 37 42 43 70 77 79 87 95 101 102 104 105 113 115 117 512 513 "
    "514 515 526 530 531 532 540 556",
    "FTP": "20 21 69 989 990",
    "SSH": "22 2222",
    "Telnet": "23 107 992",
    "mail": "24 25 106 109 110 143 158 209 220 465 585 587 993 995 2525 4190",
    "DNS": "53 853 5353",
    "the network itself": "49 67 68 111 123 161 162 177 179 199 520 546 547 601 1812 1813 1900 6514",
    "authentication and directories": "88 389 427 464 543 544 636 749 3268 3269",
    "Windows": "135 137 138 139 445 593 3389 5985 5986",
    "files": "548 873 2049 3260 4045 6566",
    "news and chat": "119 194 433 563 994 5222 5223 5269 6665 6666 6667 6668 6669 6679 6697",
    "telephony and streams": "554 1719 1720 1935 3478 5060 5061",
    "VPN and proxies": "500 1080 1194 1701 1723 4500 9050",
    "desktops and printers": "631 3659 5900 6000 9100 10080",
    "a database": "1433 1434 1521 1522 1830 2424 2483 2484 3050 3306 5432 5433 6432 9042 9160 27017 27018 27019",
    "a cache": "6379 6380 11211 16379 26379",
    "a message broker": "1414 1883 4222 4369 5671 5672 6222 8883 9092 25672",
    "a search engine": "9200 9300",
    "cluster management": "2181 2375 2376 2377 2379 2380 6443 10250 10255",
    "version control": "2401 3690 9418",
}
SERVICE_PORTS: Mapping[int, str] = {int(port): name for name, ports in _PORTS.items() for port in ports.split()}
