#include <QCoreApplication>

#include "app/commandline.h"

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName("understudy");
    return understudy::runCommandLine(argc, argv);
}
