using System.Net;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Handling;

/// <summary>What a handler throws when something that it asks is away: it says nothing against the message.</summary>
internal static class HandlerFailures
{
    // Polly's time-outs and open circuits, which the standard resilience of HTTP clients throws. By name: the library
    // does without the package.
    private const string RejectedByPolly = "Polly.ExecutionRejectedException";

    /// <summary>True for calls that were given up, timed out or did not reach anybody, and for answers that ask to
    /// come again later (408, 429, 500 and above).</summary>
    public static bool IsAway(Exception? failure) => failure switch
    {
        null => false,
        RetryLaterException or TransportUnavailableException => true,
        // A handler's own time-out; or the service stops, and what is under way is begun anew elsewhere.
        OperationCanceledException or TimeoutException => true,
        HttpRequestException { StatusCode: { } status } => IsLater(status),
        HttpRequestException => true,
        AggregateException several => several.InnerExceptions.All(IsAway),
        _ => IsRejectedByPolly(failure.GetType()) || IsAway(failure.InnerException),
    };

    private static bool IsLater(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        || status >= HttpStatusCode.InternalServerError;

    private static bool IsRejectedByPolly(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.FullName == RejectedByPolly) return true;
        }
        return false;
    }
}
