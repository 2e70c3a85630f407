// Command callee answers /WORD/TAG/N with "WORD TAG N" after up to DELAY milliseconds, and writes
// down the path of each call that it got.
// callee PORT LOG DELAY
package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type log struct {
	sync.Mutex
	*bufio.Writer
}

func (l *log) add(path string) {
	l.Lock()
	defer l.Unlock()
	l.WriteString(path + "\n")
}

func (l *log) flush() {
	l.Lock()
	defer l.Unlock()
	l.Flush()
}

func main() {
	port, delay := os.Args[1], os.Args[3]
	most, err := strconv.ParseFloat(delay, 64)
	if err != nil {
		panic(err)
	}
	file, err := os.Create(os.Args[2])
	if err != nil {
		panic(err)
	}
	calls := &log{Writer: bufio.NewWriter(file)}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	go func() {
		for range time.Tick(100 * time.Millisecond) {
			calls.flush()
		}
	}()
	go func() {
		<-asked
		calls.flush()
		os.Exit(0)
	}()
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		calls.add(r.URL.Path)
		time.Sleep(time.Duration(rand.Float64() * most * float64(time.Millisecond)))
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, strings.ReplaceAll(strings.Trim(r.URL.Path, "/"), "/", " "))
	})
	panic(http.ListenAndServe("127.0.0.1:"+port, nil))
}
