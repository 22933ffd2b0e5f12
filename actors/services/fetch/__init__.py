"""Reading documents: fetchers by scheme, and the text of what they bring.

`http` and `https` are read by `http.HttpFetcher(settings)`, which is closed in the end; `corpus` by
`corpus.CorpusFetcher(folder)`. For another scheme, write a `base.Fetcher` and a line in `actors.wiring`. What a
fetcher brings goes through `digest.digest` (`extract`, `judge`), in the process pool; `reader` keeps what comes of it.
"""
