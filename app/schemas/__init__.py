"""What the service takes and answers: these schemas check requests and are what /openapi.json says of them."""
