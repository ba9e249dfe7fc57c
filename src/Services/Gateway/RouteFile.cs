using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;

namespace Tessera.Gateway;

/// <summary>
/// The routes in force: those of the file when it was last right, and of the services' own files beside it
/// (<c>routes.orders.json</c>), with the canaries of another. A file that cannot be used, or is gone, changes nothing
/// and is told of once; the
/// requests under way never notice a change.
/// </summary>
internal sealed partial class RouteFile : IProxyConfigProvider, IHostedLifecycleService, IDisposable
{
    private readonly string _file;
    private readonly TimeSpan _interval;
    private readonly IConfiguration _configuration;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _clock;
    private readonly IServiceProvider _services;
    private readonly ILogger<RouteFile> _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly string? _refusal;
    private volatile Snapshot _current = new(RouteTable.Empty, []);
    private IReadOnlyList<RouteText> _seen = [];
    private Task _watching = Task.CompletedTask;

    public RouteFile(
        IConfiguration configuration, IOptions<GatewayOptions> options, IServiceProvider services,
        TimeProvider clock, ILogger<RouteFile> logger)
    {
        (_services, _configuration, _clock, _logger) = (services, configuration, clock, logger);
        var settings = _options = options.Value;
        _file = settings.RoutesFile is { Length: > 0 } given
            ? Path.GetFullPath(given)
            : Path.Combine(AppContext.BaseDirectory, "routes.json");
        _interval = settings.RoutesReadInterval;
        try
        {
            _seen = ReadFiles();
            _current = Of(ReadRoutes.From(_seen));
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            _refusal = wrong.Message; // Told in StartingAsync, where a refusal ends as one line.
        }
    }

    public IProxyConfig GetConfig() => _current;

    /// <summary>The new version of the service beside the old one, if there is one.</summary>
    public Canary? CanaryOf(string service) => _current.CanaryOf(service);

    public Task StartingAsync(CancellationToken cancellationToken) => _refusal is null
        ? Task.CompletedTask
        : throw new InvalidOperationException(_refusal);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = WatchAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _watching;
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stop.Dispose();
        _current.Dispose();
    }

    // Read and compared, not watched: a watch costs one of the few that a machine gives, and misses a mounted file.
    private async Task WatchAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop)) await ReadAgainAsync();
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ReadAgainAsync()
    {
        IReadOnlyList<RouteText> read = [];
        try
        {
            read = ReadFiles();
            if (AreSame(read, _seen)) return;
            await ApplyAsync(ReadRoutes.From(read));
            Log.Applied(_logger, _current.Routes.Count, string.Join(", ", read.Select(file => file.Name)));
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            if (read.Count == 0 && _seen.Count == 0) return; // Still gone, and said so.
            Log.Refused(_logger, wrong.Message);
        }
        _seen = read;
    }

    private IReadOnlyList<RouteText> ReadFiles()
    {
        var own = Shop.Services
            .Select(service => (Service: service, File: Path.ChangeExtension(_file, $".{service}.json")))
            .Where(one => File.Exists(one.File));
        IReadOnlyList<RouteText> canaries = _options.CanariesFile is { Length: > 0 } given && File.Exists(given)
            ? [new RouteText(given, File.ReadAllBytes(given), Service: null) { HasCanariesAlone = true }]
            : [];
        return
        [
            new RouteText(_file, File.ReadAllBytes(_file), Service: null),
            .. own.Select(one => new RouteText(one.File, File.ReadAllBytes(one.File), one.Service)),
            .. canaries,
        ];
    }

    private static bool AreSame(IReadOnlyList<RouteText> some, IReadOnlyList<RouteText> others) =>
        some.Count == others.Count && some.Zip(others).All(pair =>
            pair.First.Name == pair.Second.Name && pair.First.Bytes.AsSpan().SequenceEqual(pair.Second.Bytes));

    private Snapshot Of(RouteTable table) =>
        new(table, Clusters.All(_configuration, _options, table.Canaries));

    // What the proxy itself would refuse must not reach it either: with several faults it would say the first alone.
    private async Task ApplyAsync(RouteTable table)
    {
        var validator = _services.GetRequiredService<IConfigValidator>();
        foreach (var route in table.Routes)
        {
            var faults = await validator.ValidateRouteAsync(route);
            if (faults.Count > 0)
            {
                throw new InvalidOperationException(
                    $"{_file}: {route.RouteId}: {string.Join(" ", faults.Select(fault => fault.Message))}");
            }
        }
        var replaced = _current;
        _current = Of(table);
        replaced.Changed();
        replaced.Dispose();
    }

    private sealed class Snapshot(RouteTable table, IReadOnlyList<ClusterConfig> clusters)
        : IProxyConfig, IDisposable
    {
        private readonly CancellationTokenSource _changed = new();
        private readonly Dictionary<string, Canary> _canaries =
            table.Canaries.ToDictionary(canary => canary.Service!, StringComparer.Ordinal);

        public IReadOnlyList<RouteConfig> Routes => table.Routes;

        public Canary? CanaryOf(string service) => _canaries.GetValueOrDefault(service);

        public IReadOnlyList<ClusterConfig> Clusters => clusters;

        public IChangeToken ChangeToken => field ??= new CancellationChangeToken(_changed.Token);

        public void Changed() => _changed.Cancel();

        public void Dispose() => _changed.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(402, LogLevel.Information, "{Count} routes of {File} are in force")]
        public static partial void Applied(ILogger logger, int count, string file);

        [LoggerMessage(403, LogLevel.Error, "The routes stay as they were: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
