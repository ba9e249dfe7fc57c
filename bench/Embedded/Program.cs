using Tessera.Embedded;

// dotnet Tessera.Embedded.dll hop|throughput|latency|idle|store [folder]
// Children of the hop, latency and idle measurements are this program again.
return args switch
{
    ["hop", ..] => await Hop.RunAsync(Folder()),
    ["throughput", ..] => await Throughput.RunAsync(Folder()),
    ["latency", ..] => await Latency.RunAsync(Folder()),
    ["idle", ..] => await Idle.RunAsync(Folder()),
    ["store", ..] => await Commits.RunAsync(Folder()),
    ["take", var file] => await Hop.TakeAsync(file),
    ["echo", var file] => await Latency.EchoAsync(file),
    ["rest", var file, var name] => await Idle.RestAsync(file, name),
    _ => Usage(),
};

string Folder() =>
    Directory.CreateDirectory(args.ElementAtOrDefault(1)
        ?? Directory.CreateTempSubdirectory("tessera-bench-").FullName).FullName;

static int Usage()
{
    Console.Error.WriteLine(
        "One of: hop, throughput, latency, idle, store; then, if you like, a folder on the disk to measure.");
    return 2;
}
