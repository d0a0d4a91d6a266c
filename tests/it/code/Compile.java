import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles each source into a folder of its own, with warnings as errors; all in one process. */
class Compile {
  public static void main(String[] args) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    boolean all = true;
    for (String source : args) {
      Path classes = Path.of(source.replaceFirst("[.]java$", ".classes"));
      Files.createDirectories(classes);
      List<String> options =
          List.of("-Xlint:all", "-Werror", "-encoding", "UTF-8", "-d", classes.toString());
      try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
        all &= compiler.getTask(null, files, null, options, null, files.getJavaFileObjects(source)).call();
      }
    }
    System.exit(all ? 0 : 1);
  }
}
