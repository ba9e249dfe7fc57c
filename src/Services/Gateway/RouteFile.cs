using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace Tessera.Gateway;

/// <summary>
/// The routes in force: those of the file when it was last right. A file that cannot be used, or is gone, changes
/// nothing and is told of once; the requests under way never notice a change.
/// </summary>
internal sealed partial class RouteFile : IProxyConfigProvider, IHostedLifecycleService, IDisposable
{
    private readonly string _file;
    private readonly TimeSpan _interval;
    private readonly IReadOnlyList<ClusterConfig> _clusters = [];
    private readonly TimeProvider _clock;
    private readonly IServiceProvider _services;
    private readonly ILogger<RouteFile> _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly string? _refusal;
    private volatile Snapshot _current = new([], []);
    private byte[] _seen = [];
    private Task _watching = Task.CompletedTask;

    public RouteFile(
        IConfiguration configuration, IOptions<GatewayOptions> options, IServiceProvider services,
        TimeProvider clock, ILogger<RouteFile> logger)
    {
        (_services, _clock, _logger) = (services, clock, logger);
        var settings = options.Value;
        _file = settings.RoutesFile is { Length: > 0 } given
            ? Path.GetFullPath(given)
            : Path.Combine(AppContext.BaseDirectory, "routes.json");
        _interval = settings.RoutesReadInterval;
        try
        {
            _clusters = Clusters.All(configuration, settings);
            _seen = File.ReadAllBytes(_file);
            _current = new Snapshot(ReadRoutes.From(_seen, _file), _clusters);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            _refusal = wrong.Message; // Told in StartingAsync, where a refusal ends as one line.
        }
    }

    public IProxyConfig GetConfig() => _current;

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
            while (await timer.WaitForNextTickAsync(stop)) await ReadAgainAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ReadAgainAsync(CancellationToken stop)
    {
        byte[] read = [];
        try
        {
            read = await File.ReadAllBytesAsync(_file, stop);
            if (read.AsSpan().SequenceEqual(_seen)) return;
            await ApplyAsync(ReadRoutes.From(read, _file));
            Log.Applied(_logger, _current.Routes.Count, _file);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            if (read.Length == 0 && _seen.Length == 0) return; // Still gone, and said so.
            Log.Refused(_logger, wrong.Message);
        }
        _seen = read;
    }

    // What the proxy itself would refuse must not reach it either: with several faults it would say the first alone.
    private async Task ApplyAsync(IReadOnlyList<RouteConfig> routes)
    {
        var validator = _services.GetRequiredService<IConfigValidator>();
        foreach (var route in routes)
        {
            var faults = await validator.ValidateRouteAsync(route);
            if (faults.Count > 0)
            {
                throw new InvalidOperationException(
                    $"{_file}: {route.RouteId}: {string.Join(" ", faults.Select(fault => fault.Message))}");
            }
        }
        var replaced = _current;
        _current = new Snapshot(routes, _clusters);
        replaced.Changed();
        replaced.Dispose();
    }

    private sealed class Snapshot(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters)
        : IProxyConfig, IDisposable
    {
        private readonly CancellationTokenSource _changed = new();

        public IReadOnlyList<RouteConfig> Routes => routes;

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
