# DOWN is filled in by the bench.
vcl 4.0;
backend down {
    .host = "127.0.0.1";
    .port = "DOWN";
}
sub vcl_recv {
    return (pass);
}
