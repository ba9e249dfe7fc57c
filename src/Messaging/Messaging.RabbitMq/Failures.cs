using System.Net.Sockets;
using System.Threading.Channels;
using RabbitMQ.Client.Exceptions;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>Sorts what the client throws into the two that callers know.</summary>
internal static class Failures
{
    private const ushort AccessRefused = 403;
    private const ushort PreconditionFailed = 406;
    private const ushort NotAllowed = 530;

    public static bool IsMismatch(OperationInterruptedException failure) =>
        failure.ShutdownReason?.ReplyCode == PreconditionFailed;

    public static string Text(OperationInterruptedException failure) =>
        failure.ShutdownReason?.ReplyText ?? failure.Message;

    /// <summary>The exception to throw instead, whichever call failed.</summary>
    public static Exception Sort(Exception failure, string what)
    {
        if (failure is TransportRefusedException or TransportUnavailableException) return failure;
        foreach (var cause in Causes(failure))
        {
            if (cause is AuthenticationFailureException or PossibleAuthenticationFailureException)
            {
                return new TransportRefusedException(
                    $"RabbitMQ refused the user of Messaging:RabbitMq:Uri while {what}: {cause.Message}", failure);
            }
            if (cause is OperationInterruptedException
                { ShutdownReason.ReplyCode: AccessRefused or NotAllowed } refused)
            {
                return new TransportRefusedException(
                    $"RabbitMQ refused {what}: {Text(refused)}. Check user, permissions and virtual host of " +
                    "Messaging:RabbitMq:Uri.", failure);
            }
        }
        return new TransportUnavailableException(
            $"RabbitMQ did not answer while {what}: {Innermost(failure).Message}", failure);
    }

    /// <summary>Whether a failure is one of the connection or the broker, rather than a defect of ours.</summary>
    /// <remarks>The client writes its frames through a queue, and while the connection closes it lets out what that
    /// queue throws: <see cref="ChannelClosedException"/>, of no kind of its own.</remarks>
    public static bool IsExpected(Exception failure) => failure is RabbitMQClientException or OperationCanceledException
        or ChannelClosedException
        or TimeoutException or IOException or SocketException or ObjectDisposedException
        or TransportUnavailableException or TransportRefusedException;

    private static Exception Innermost(Exception failure)
    {
        var innermost = failure;
        while (innermost.InnerException is { } inner) innermost = inner;
        return innermost;
    }

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
            if (cause is not AggregateException many) continue;
            foreach (var inner in many.InnerExceptions.Skip(1).SelectMany(Causes)) yield return inner;
        }
    }
}
