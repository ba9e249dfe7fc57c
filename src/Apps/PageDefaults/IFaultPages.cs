namespace Tessera.PageDefaults;

/// <summary>How an app says that something went wrong, as a page of its own.</summary>
public interface IFaultPages
{
    Task RefusedAsync(HttpContext context, int status);

    Task BrokenAsync(HttpContext context);
}
