using Microsoft.AspNetCore.Connections;

namespace Tessera.ServiceDefaults;

/// <summary>How a process ends that could not start, for who started it.</summary>
internal static class ServiceExit
{
    public const int Refused = 1;

    /// <summary>Another process listens where this one should: other ports are to be chosen. The number
    /// is that of EADDRINUSE.</summary>
    public const int PortTaken = 98;

    public static int CodeOf(Exception refused) => IsPortTaken(refused) ? PortTaken : Refused;

    private static bool IsPortTaken(Exception? failure) =>
        failure is AddressInUseException || (failure?.InnerException is { } inner && IsPortTaken(inner));
}
