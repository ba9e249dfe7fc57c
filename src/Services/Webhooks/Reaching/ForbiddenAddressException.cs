namespace Tessera.Webhooks;

/// <summary>Says to whoever registered the endpoint that it leads inside, and not where to.</summary>
internal sealed class ForbiddenAddressException()
    : Exception("The address leads to no public host, and is not connected to.");
