// Go's net/http with its default client.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	url, key, folder := os.Args[1], os.Args[2], os.Args[3]
	post(url+"/integrations/core/cases", folder+"/aplyid.json", "X-Workflow-Access-Key", key)
	post(url+"/integrations/core/cases", folder+"/refused.json", "X-Workflow-Access-Key", key)
	post(url+"/api/cases/", folder+"/sphinxhq.json", "Cookie", "sessionid="+key)
}

// An open file as the body has no length that Go knows, so it is sent in chunks.
func post(url, file, name, value string) {
	body, err := os.Open(file)
	check(err)
	request, err := http.NewRequest("POST", url, body)
	check(err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(name, value)
	answer, err := http.DefaultClient.Do(request)
	check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(err)
	fmt.Printf("%s\n%d\n", text, answer.StatusCode)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
