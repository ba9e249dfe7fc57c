using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Tessera.ServiceDefaults;

/// <summary>A full disk lets a process live and fails its next write: who asks for readiness is told before
/// that.</summary>
internal sealed class FreeDiskCheck(IOptions<TesseraOptions> options) : IHealthCheck
{
    private readonly long _bytesMin = options.Value.FreeDiskBytesMin;
    private readonly string _folder = Path.GetFullPath(options.Value.DataDirectory);

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    /// <summary>Bytes; null when it cannot be told.</summary>
    public long? Free
    {
        get
        {
            try
            {
                return ReadFree();
            }
            catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    private HealthCheckResult Check()
    {
        if (_bytesMin == 0) return HealthCheckResult.Healthy();
        try
        {
            var free = ReadFree();
            return free >= _bytesMin
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy(
                    $"{free} bytes are free where {_folder} is, fewer than Tessera:FreeDiskBytesMin ({_bytesMin})");
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return HealthCheckResult.Unhealthy(
                $"how much is free where {_folder} is cannot be told: {unknown.Message}");
        }
    }

    private long ReadFree() => new DriveInfo(OnDisk(_folder)).AvailableFreeSpace;

    /// <summary>A process that keeps nothing yet has not made the folder: what will hold it is asked.</summary>
    private static string OnDisk(string folder) =>
        Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { } parent ? folder : OnDisk(parent);
}
