using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Handling;

/// <summary>Makes each handler once at the start: what is missing from its constructor is a fault of the service, and
/// is better said there than by parking each of its messages.</summary>
internal sealed class HandlerCheck(IServiceScopeFactory scopes, HandlerTable handlers, IMessageStore store)
{
    /// <exception cref="InvalidOperationException">A handler cannot be made, and no other service that is away is
    /// the reason.</exception>
    public async Task ThrowUnlessTheyCanBeMadeAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var handler in handlers.All.Select(invoker => invoker.Handler).Distinct())
        {
            try
            {
                scope.ServiceProvider.GetRequiredService(handler);
            }
            catch (Exception failure) when (!HandlerFailures.IsAway(failure) && !store.IsTransient(failure))
            {
                throw new InvalidOperationException(
                    $"The handler {handler} cannot be made: {failure.Message}", failure);
            }
        }
    }
}
