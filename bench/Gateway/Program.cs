using Tessera.Bench.Gateway;

switch (args)
{
    case ["overload", var gateway]:
        await Overload.RunAsync(gateway);
        return 0;
    case ["hop", var gateway]:
        await Hop.RunAsync(gateway);
        return 0;
    case ["growth", var gateway]:
        await Growth.RunAsync(gateway);
        return 0;
    case ["serve", var gateway, var backend, var keys]:
        await Serve.RunAsync(gateway, backend, keys);
        return 0;
    case ["listeners", var store, var token, var order, var count, .. var processes]:
        await Listeners.RunAsync(new Uri(store), token, order, int.Parse(count), [.. processes.Select(int.Parse)]);
        return 0;
    default:
        Console.Error.WriteLine(
            "Gateway.Bench overload|hop|growth GATEWAY.dll | serve GATEWAY.dll BACKEND KEYS"
            + " | listeners URL TOKEN ORDER COUNT PID…");
        return 1;
}
