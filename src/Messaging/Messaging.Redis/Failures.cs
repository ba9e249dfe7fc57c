using System.Net.Sockets;
using StackExchange.Redis;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>Sorts what the client throws into the two that callers know.</summary>
internal static class Failures
{
    public static bool IsExpected(Exception failure) =>
        failure is RedisException or RedisTimeoutException or TimeoutException
            or OperationCanceledException or IOException or SocketException or ObjectDisposedException
            or TransportUnavailableException or TransportRefusedException;

    /// <summary>Whether no answer came, so that the connection itself is in doubt.</summary>
    public static bool IsSilence(Exception failure) =>
        failure is TimeoutException or RedisTimeoutException or OperationCanceledException;

    public static bool IsNoGroup(Exception failure) =>
        failure is RedisServerException && failure.Message.Contains("NOGROUP", StringComparison.Ordinal);

    /// <summary>Whether the server refuses the user or a name, rather than being unable to serve now.</summary>
    public static bool IsRefusal(Exception failure) => failure is RedisServerException &&
        (failure.Message.StartsWith("NOPERM", StringComparison.Ordinal)
        || failure.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal)
        || failure.Message.StartsWith("WRONGPASS", StringComparison.Ordinal)
        || failure.Message.StartsWith("NOAUTH", StringComparison.Ordinal));

    public static Exception Sort(Exception failure, string what)
    {
        if (failure is TransportRefusedException or TransportUnavailableException) return failure;
        if (IsRefusal(failure)
            || failure is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure })
        {
            return new TransportRefusedException(
                $"Redis refused {what}: {failure.Message}. " +
                "Check user, password and permissions of Messaging:Redis:Configuration.", failure);
        }
        return new TransportUnavailableException($"Redis did not answer while {what}: {failure.Message}", failure);
    }
}
