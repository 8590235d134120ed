import muster

catalog = muster.Catalog.in_memory()
batch = muster.WriteBatch()
batch.put_shape(muster.Shape(id="s-1vcpu-1gb", vcpu=1, mem_mib=1024, default_disk_mib=10240))
catalog.apply(batch)
environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/v1/shapes"}
for part in muster.wsgi(catalog)(environ, lambda status, headers: None):
    print(part.decode())
