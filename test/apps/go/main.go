// Command front answers /front/TAG after two calls, by net/http at both ends.
// front PORT DOWNPORT
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	port, down := os.Args[1], os.Args[2]
	client := &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}
	call := func(tag string, number int) string {
		answer, err := client.Get(fmt.Sprintf("http://127.0.0.1:%s/call/%s/%d", down, tag, number))
		if err != nil {
			return err.Error()
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return string(body)
	}
	http.HandleFunc("/front/", func(w http.ResponseWriter, r *http.Request) {
		tag := strings.Split(r.URL.Path, "/")[2]
		for number := 1; number <= 2; number++ {
			if call(tag, number) != fmt.Sprintf("call %s %d", tag, number) {
				w.WriteHeader(http.StatusBadGateway)
			}
		}
		fmt.Fprintf(w, "front %s", tag)
	})
	if err := http.ListenAndServe("127.0.0.1:"+port, nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
