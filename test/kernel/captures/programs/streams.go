// Go, both ends: `server PATTERN` or `client PATTERN PORT CONNECTIONS REQUESTS`. A goroutine for each
// connection, which move from thread to thread. Every stream's bytes follow from their place
// (test/kernel/captures/pattern.ts).
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
)

const period = 65521

var pattern []byte

func sizeOf(i, end int) int {
	size := (i*7919+end*4001)%1777 + 1
	if i%64 == 63 {
		return size * 16
	}
	return size
}

type speaker struct {
	conn   *net.TCPConn
	number int
	end    int
	sent   int
	room   []byte
}

func (s *speaker) write(i int) error {
	size := sizeOf(i, s.end)
	at := (s.sent + s.number*7919 + s.end*31337) % period
	bytes := pattern[at : at+size]
	s.sent += size
	if i%2 == 0 {
		_, err := s.conn.Write(bytes)
		return err
	}
	pieces := net.Buffers{bytes[:size/4], bytes[size/4 : size/2], bytes[size/2:]}
	_, err := pieces.WriteTo(s.conn) // one writev
	return err
}

func (s *speaker) read(i int) error {
	_, err := io.ReadFull(s.conn, s.room[:sizeOf(i, 1-s.end)])
	return err
}

func newSpeaker(conn net.Conn, address net.Addr, end int) *speaker {
	return &speaker{conn: conn.(*net.TCPConn), number: address.(*net.TCPAddr).Port, end: end, room: make([]byte, 32768)}
}

func serve(conn net.Conn) {
	s := newSpeaker(conn, conn.RemoteAddr(), 1)
	for i := 0; s.read(i) == nil; i++ {
		if s.write(i) != nil {
			break
		}
	}
	conn.Close()
}

func ask(port string, requests int) {
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	check(err)
	s := newSpeaker(conn, conn.LocalAddr(), 0)
	for i := 0; i < requests; i++ {
		check(s.write(i))
		check(s.read(i))
	}
	conn.Close()
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	var err error
	pattern, err = os.ReadFile(os.Args[2])
	check(err)
	if os.Args[1] == "server" {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		check(err)
		fmt.Println(listener.Addr().(*net.TCPAddr).Port)
		for {
			conn, err := listener.Accept()
			check(err)
			go serve(conn)
		}
	}
	connections, _ := strconv.Atoi(os.Args[4])
	requests, _ := strconv.Atoi(os.Args[5])
	var all sync.WaitGroup
	for c := 0; c < connections; c++ {
		all.Add(1)
		go func() {
			defer all.Done()
			ask(os.Args[3], requests)
		}()
	}
	all.Wait()
}
