using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Tessera.Testing.Services;

namespace Tessera.Bench.Gateway;

/// <summary>By how much what a request costs the gateway grows with tokens, routes and connections.</summary>
internal static class Growth
{
    private const int Callers = 32;
    private const int Requests = 40_000;
    private const int Repetitions = 5;
    private const int ManyTokens = 10_000;
    private const int ManyRoutes = 1_000;
    private const int ManyConnections = 5_000;
    private const string Asked = "/api/v1/orders/1";

    /// <summary>A pause of the machine, with all requests of that time at once after it, is none of the gateway's: it
    /// refuses nothing for it here.</summary>
    public static readonly (string Name, string Value)[] Unbounded =
    [
        ("Gateway__OperatorPerSecond", "1000000"), ("Gateway__Limits__ConcurrentMax", "100000"),
        ("Gateway__Limits__QueueMax", "100000"),
    ];

    /// <summary>As many as the store has, all of one service.</summary>
    public static IEnumerable<string> FewRoutes => Routes(30);

    public static async Task RunAsync(string gatewayDll)
    {
        var (app, _, http2) = await QuickService.StartAsync();
        await using var service = app;
        using var tokens = new TestTokens();
        // A token each: as many operators ask in turn.
        string[] one = [tokens.Operator(Guid.NewGuid())];
        string[] many = [.. Enumerable.Range(0, ManyTokens).Select(_ => tokens.Operator(Guid.NewGuid()))];
        await using var few = await StartAsync(FewRoutes);
        await using var routed = await StartAsync(Routes(ManyRoutes));
        var settings = new (string Name, GatewayUnderTest Gateway, string[] Tokens, int Idle)[]
        {
            ("30 routes, one token", few, one, 0),
            ($"{ManyTokens} tokens in turn", few, many, 0),
            ($"{ManyRoutes} routes", routed, one, 0),
            ($"{ManyConnections} idle connections", few, one, ManyConnections),
        };
        foreach (var setting in settings) await RunOnceAsync(setting.Gateway, setting.Tokens); // Compiles what is used.
        var costs = settings.ToDictionary(setting => setting.Name, _ => new List<double>());
        var memory = new Dictionary<string, double>();
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            foreach (var setting in repetition % 2 == 0 ? settings : [.. settings.Reverse()])
            {
                var idle = await IdleAsync(setting.Gateway, setting.Idle);
                costs[setting.Name].Add(await RunOnceAsync(setting.Gateway, setting.Tokens));
                memory[setting.Name] = setting.Gateway.Megabytes;
                idle.ForEach(connection => connection.Dispose());
            }
        }
        Console.WriteLine($"{Requests} requests by {Callers} callers, {Repetitions} times in turn");
        Console.WriteLine("| gateway with | CPU µs/request | least to most | beside the first | memory MB |");
        Console.WriteLine("|---|---|---|---|---|");
        var first = Median(costs[settings[0].Name]);
        foreach (var (name, cost) in costs)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {Median(cost):0.0} | {cost.Min():0.0}–{cost.Max():0.0} "
                + $"| {Median(cost) / first:0.00} × | {memory[name]:0} |"));
        }

        Task<GatewayUnderTest> StartAsync(IEnumerable<string> routes) =>
            GatewayUnderTest.StartAsync(gatewayDll, http2, tokens, routes, Unbounded);
    }

    public static async Task AskAsync(HttpClient client, string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path)
        {
            Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy,
        };
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The last of them is the one that is asked for.</summary>
    private static IEnumerable<string> Routes(int count) => Enumerable.Range(1, count - 1)
        .Select(number => $$"""{ "path": "/api/v1/part{{number}}/{id}", "service": "orders", "policy": "signed-in" }""")
        .Append("""{ "path": "/api/v1/orders/{**rest}", "service": "orders", "policy": "signed-in" }""");

    /// <returns>Microseconds of the gateway's processor time per request.</returns>
    private static async Task<double> RunOnceAsync(GatewayUnderTest gateway, string[] tokens)
    {
        var next = -1;
        var before = gateway.CpuMilliseconds;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number < Requests)
                await AskAsync(gateway.Client, Asked, tokens[number % tokens.Length]);
        }));
        return (gateway.CpuMilliseconds - before) * 1_000 / Requests;
    }

    /// <summary>Connections that have asked once and say nothing more.</summary>
    private static async Task<List<Socket>> IdleAsync(GatewayUnderTest gateway, int count)
    {
        var address = gateway.Client.BaseAddress!;
        var request = Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n");
        var idle = new List<Socket>(count);
        var answer = new byte[4_096];
        while (idle.Count < count)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address.Host, address.Port);
            await socket.SendAsync(request);
            await socket.ReceiveAsync(answer);
            idle.Add(socket);
        }
        return idle;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
