using Yarp.ReverseProxy.Forwarder;

namespace Tessera.Gateway;

/// <summary>A replica that resets a request with ENHANCE_YOUR_CALM (RFC 9113 §7) is there, and has too much to do.
/// Kestrel says so while it still tracks many requests that it answered before they were whole.</summary>
internal static class AskedTooMuch
{
    private const long EnhanceYourCalm = 0xb;

    public static bool Is(IForwarderErrorFeature? failure) => Says(failure?.Exception);

    private static bool Says(Exception? failure) => failure switch
    {
        HttpProtocolException { ErrorCode: EnhanceYourCalm } => true,
        AggregateException many => many.InnerExceptions.Any(Says),
        not null => Says(failure.InnerException),
        null => false,
    };
}
