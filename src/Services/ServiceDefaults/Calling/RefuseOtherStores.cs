using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Tessera.ServiceDefaults;

/// <summary>Refuses what another store's process sends here. Ports change hands: one that a process of one store has
/// left may have been taken by one of another, while the rest of the first still sends there.</summary>
internal sealed class RefuseOtherStores(RequestDelegate next, IOptions<TesseraOptions> options)
{
    private readonly string? _own = options.Value.Instance;

    public Task InvokeAsync(HttpContext context) =>
        _own is not null
        && context.Request.Headers.TryGetValue(StayInStore.Header, out var meant) && meant != _own
            ? context.WriteProblem(
                StatusCodes.Status421MisdirectedRequest, "This process belongs to another store than the request.")
            : next(context);
}
